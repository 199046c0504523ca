"""Ask, and see who answered. The chain comes from `~/.hermes/config.yaml`, or from `HERMES_HOME`."""

from hermes_fallback import FallbackError, Session

try:
    with Session.open() as session:
        answer = session.ask("Name three rivers.")
except FallbackError as error:
    raise SystemExit(str(error)) from None
print(answer.text)
print(f"answered by {answer.served_by.provider}, after {len(answer.receipt.attempts)} attempt(s)")
