"""Stream an answer with asyncio; a break in mid-stream begins the answer anew on the next link."""

import asyncio

from hermes_fallback import AsyncSession, Notice, Restarted, Said


async def main() -> None:
    async with AsyncSession.open() as session:
        async for event in session.stream("Tell me a short story."):
            if isinstance(event, Said):
                print(event.text, end="", flush=True)
            elif isinstance(event, Restarted):
                print("\n[the line broke; from the beginning]")
            elif isinstance(event, Notice):
                print(f"[{event}]")
        print()


asyncio.run(main())
