"""One prompt on the terminal this process was given; what it answers is printed on stdout as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from hermes_fallback.cli.failure import report
from hermes_fallback.cli.invocation import Invocation
from hermes_fallback.cli.options import Options
from hermes_fallback.cli.prompts.protocol import Back, Prompts, Row
from hermes_fallback.cli.terminal import Terminal
from hermes_fallback.errors import FallbackError

PROVIDERS = [
    Row("ollama", "Ollama", "on this machine", "Local"),
    Row("lmstudio", "LM Studio", "on this machine", "Local"),
    Row("openai", "OpenAI", "api.openai.com", "With a key"),
    Row("openrouter", "OpenRouter", "many models", "With a key"),
    Row("long", "meta-llama/llama-4-maverick-17b-128e-instruct", "1M context", "With a key"),
    Row("evil", "evil\x1b[31mred", "", "With a key"),
]
VERSIONS = [Row(name, name) for name in ("openai/gpt-5.5", "openai/gpt-5-mini", "openai/gpt-4o", "openai/o3")]
MODELS = [Row(f"vendor-{n % 7}/model-{n}", f"vendor-{n % 7}/model-{n}", f"{n} tokens") for n in range(2000)]
LINKS = [Row(1, "openrouter:gpt-5", "ready"), Row(2, "ollama:qwen3", "not ready"), Row(3, "zai:glm", "ready")]
KEYS = {"a": "add", "d": "remove", "enter": "test", "q": "quit"}


def only_numbers(typed: str) -> str | None:
    return None if typed.isdecimal() else f"`{typed}` is no number"


def long_enough(typed: str) -> str | None:
    return None if len(typed) >= 8 else "a key has 8 characters or more"


def wait(prompts: Prompts) -> str:
    with prompts.waiting("asking the provider"):
        time.sleep(60)
    return "waited"


def wait_a_moment(prompts: Prompts) -> str:
    with prompts.waiting("asking the provider"):
        time.sleep(0.5)
    return "waited"


PROMPTS: dict[str, Callable[[Prompts], object]] = {
    "choose": lambda ask: ask.choose("Which provider?", PROVIDERS),
    "choose-third": lambda ask: ask.choose("Which provider?", PROVIDERS, start=2),
    "choose-or-back": lambda ask: ask.choose("Which provider?", PROVIDERS, can_go_back=True),
    "choose-model": lambda ask: ask.choose(
        "Which model?", MODELS, free_text="use `{}` as typed", hint="the newest are first"
    ),
    "choose-version": lambda ask: ask.choose("Which model?", VERSIONS, free_text="use `{}` as typed"),
    "choose-size": lambda ask: ask.choose("Which size?", [Row("small", "gpt-5-mini"), Row("full", "gpt-5")]),
    "choose-nothing": lambda ask: ask.choose("Which one?", []),
    "act": lambda ask: ask.act(["primary  anthropic:sonnet", "chain"], LINKS, KEYS, start=1),
    "act-on-nothing": lambda ask: ask.act(["the chain is empty"], [], KEYS),
    "text": lambda ask: ask.text("How many?", check=only_numbers, hint="a number", can_go_back=True),
    "text-default": lambda ask: ask.text("Model name", default="gpt-5"),
    "secret": lambda ask: ask.secret("API key", check=long_enough, can_go_back=True),
    "confirm": lambda ask: ask.confirm("Save it?", default=True, can_go_back=True),
    "confirm-no": lambda ask: ask.confirm("Save it?", default=False),
    "confirm-twice": lambda ask: [
        ask.confirm("Save it?", default=False),
        ask.confirm("And use it?", default=True),
    ],
    "two": lambda ask: [ask.choose("Which provider?", PROVIDERS), ask.text("Model name", default="gpt-5")],
    "waiting": wait,
    "waiting-a-moment": wait_a_moment,
}


def main(name: str, color: str) -> int:
    run = Invocation(Terminal.of_process(), Options(color=color))
    try:
        print(json.dumps(PROMPTS[name](run.prompts())))
    except Back:
        print(json.dumps("back"))
    except (FallbackError, KeyboardInterrupt) as error:
        return report(error, run)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
