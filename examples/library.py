"""Ask, and see who answered. The chain comes from `~/.hermes/config.yaml`, or from `HERMES_HOME`."""

from hermes_fallback import Session, Unanswered

with Session.open() as session:
    try:
        answer = session.ask("Name three rivers.")
    except Unanswered as error:
        raise SystemExit(f"{error.what}: {error.why}") from None
    print(answer.text)
    print(f"answered by {answer.served_by.provider}, after {len(answer.receipt.attempts)} attempt(s)")
