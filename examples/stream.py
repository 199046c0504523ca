"""Stream an answer with asyncio; a break in mid-stream begins the answer anew on the next link."""

import asyncio
from contextlib import aclosing

from hermes_fallback import AsyncSession, FallbackError, Notice, Restarted, Said


async def main() -> None:
    async with AsyncSession.open() as session, aclosing(session.stream("Tell me a short story.")) as events:
        async for event in events:
            if isinstance(event, Said):
                print(event.text, end="", flush=True)
            elif isinstance(event, Restarted):
                print("\n[the line broke; from the beginning]")
            elif isinstance(event, Notice):
                print(f"[{event}]")
        print()


try:
    asyncio.run(main())
except FallbackError as error:
    raise SystemExit(str(error)) from None
