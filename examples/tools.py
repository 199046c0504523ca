"""Let the model call a tool. The turn stays with whichever link asked for the call."""

import json

from hermes_fallback import Options, Session

CLOCK = {
    "type": "function",
    "function": {
        "name": "time_in",
        "description": "The time of day in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}

with Session.open() as session:
    answer = session.ask("What time is it in Lisbon?", Options(tools=(CLOCK,)))
    while answer.tool_calls:
        results = {call.id: f"{json.loads(call.arguments)}: 12:00" for call in answer.tool_calls}
        answer = session.resume(results)
    print(answer.text)
