"""The keys of config.yaml that we know: Hermes Agent's where they decide who answers, and our own."""

from __future__ import annotations

from hermes_fallback.config.endpoints import KEYED, LISTED
from hermes_fallback.config.schema.links import CHAIN, KEYED_ENDPOINT, LISTED_ENDPOINT, MAPPING, PRIMARY
from hermes_fallback.config.schema.own import CREDENTIALS, FALLBACK, ROUTING, SERVE
from hermes_fallback.config.schema.shapes import Key, Keys, Shape
from hermes_fallback.config.schema.tasks import AUXILIARY, DELEGATION, SUMMARY
from hermes_fallback.config.schema.values import (
    ADDRESS,
    ATTEMPTS,
    PRIMARY_PROVIDER,
    TEXT,
    TOKENS,
    choice,
    one,
)
from hermes_fallback.model.chain import CURRENT_KEY, LEGACY_KEY

__all__ = ["ROOT"]

_STRATEGY = choice("strategy", "fill_first", "round_robin", "random", "least_used")
ROOT = Shape(
    keys=Keys(
        known=(
            Key(name="model", shape=PRIMARY, help="the primary: its name alone, or a mapping"),
            Key(name=CURRENT_KEY, shape=CHAIN, help="the chain: links in the order they are tried"),
            Key(
                name=LEGACY_KEY,
                shape=CHAIN,
                help=f"one link or a list; read after `{CURRENT_KEY}`",
                is_legacy=True,
            ),
            Key(
                name=LISTED,
                shape=Shape(items=LISTED_ENDPOINT),
                help="endpoints with a name, for links to use",
            ),
            Key(
                name=KEYED,
                shape=Shape(keys=Keys(rest=KEYED_ENDPOINT, rest_name="provider")),
                help="endpoints by name, and settings of providers",
            ),
            Key(name="fallback", shape=Shape(keys=FALLBACK), help="how the chain is used"),
            Key(name="credentials", shape=Shape(keys=CREDENTIALS), help="where sign-ins may come from"),
            Key(name="serve", shape=Shape(keys=SERVE), help="the chain as a local endpoint"),
            Key(
                name="model_routing",
                shape=Shape(keys=ROUTING),
                help="tasks that go from a local model to a stronger link",
            ),
            Key(name="auxiliary", shape=Shape(keys=AUXILIARY), help="models for the side tasks"),
            Key(
                name="compression",
                shape=Shape(keys=Keys(known=SUMMARY)),
                help="what is left here of the model that sums up",
            ),
            Key(name="delegation", shape=Shape(keys=DELEGATION), help="the model of subagents"),
            Key(
                name="cron",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(
                                name="provider",
                                shape=one(TEXT),
                                help="the scheduler's, not a model's; jobs name their own models",
                            ),
                        )
                    )
                ),
                help="jobs; each goes through the chain unless it names a provider",
            ),
            Key(
                name="credential_pool_strategies",
                shape=Shape(keys=Keys(rest=one(_STRATEGY), rest_name="provider")),
                help="in which order a provider's keys are used",
            ),
            Key(
                name="agent",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(
                                name="api_max_retries",
                                shape=one(ATTEMPTS),
                                help="attempts for a model call, the first included, before the next link",
                                default=3,
                            ),
                        )
                    )
                ),
                help="the agent's own settings, of which one is about failures",
            ),
            Key(
                name="bedrock",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(name="region", shape=one(TEXT), help="the region of AWS"),
                            Key(name="guardrail", shape=MAPPING, help="the guardrail of each request"),
                        )
                    )
                ),
                help="Amazon Bedrock",
            ),
            Key(
                name="vertex",
                shape=Shape(
                    keys=Keys(
                        known=(
                            Key(name="project_id", shape=one(TEXT), help="the project of Google Cloud"),
                            Key(name="region", shape=one(TEXT), help="its region", default="global"),
                        )
                    )
                ),
                help="Google Vertex AI",
            ),
            Key(
                name="provider",
                shape=one(PRIMARY_PROVIDER),
                help="read where `model.provider` is absent",
                is_legacy=True,
            ),
            Key(
                name="base_url",
                shape=one(ADDRESS),
                help="read where `model.base_url` is absent",
                also=("api_base",),
                is_legacy=True,
            ),
            Key(
                name="context_length",
                shape=one(TOKENS),
                help="read where `model.context_length` is absent",
                unit="tokens",
                is_legacy=True,
            ),
        ),
    )
)
