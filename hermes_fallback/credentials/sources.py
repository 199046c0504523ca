"""Sources: the places a link's credentials are looked for, in order, and what each answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from hermes_fallback.credentials.environment import Environment, Found
from hermes_fallback.credentials.placeholder import Fault, fault_of, names_no_key
from hermes_fallback.credentials.scope import (
    barred_from,
    is_home_of,
    is_own,
    is_trusted,
    lives_at,
    vendor_variable,
)
from hermes_fallback.fact import Fact
from hermes_fallback.model.credential import Credential, Missing, Problem
from hermes_fallback.model.link import Link
from hermes_fallback.model.origin import Origin, has_user
from hermes_fallback.model.variable import is_variable_name
from hermes_fallback.secret import Secret

TYPE_CHECKING = False  # importing `typing` for it takes 4 ms
if TYPE_CHECKING:
    from hermes_fallback.credentials.cloud import CloudSource
    from hermes_fallback.credentials.provider import Provider
    from hermes_fallback.credentials.source import Answer, Source
    from hermes_fallback.credentials.tool_files import ToolFiles

__all__ = ["Lookup", "Stores", "look_up"]


class Stores(Fact):
    """Where credentials are kept beside variables."""

    before: tuple[Source, ...] = ()
    """auth.json and the keyring; asked before variables."""
    tools: Callable[[], ToolFiles | None] | None = None
    """Gives the files of other programs: for where nothing of the user's own is found, and for what a variable copies."""
    unused: tuple[str, ...] = ()
    """What the user has taken away, such as `env:ACME_API_KEY`."""


class Lookup(Fact, kw_only=False):
    """What a search came to: a credential, why there is none, or None where none is needed."""

    outcome: Credential | Missing | None
    looked_in: tuple[tuple[str, str], ...]
    """(place, answer) of every place that was asked, in order."""
    others: tuple[Credential, ...] = ()
    """What else would do, in the order in which it is tried once the first is benched."""


_NO_STORES = Stores()


def look_up(
    link: Link,
    provider: Provider,
    base_url: str,
    environment: Environment,
    trust: Sequence[str] = (),
    *,
    source: str = "link",
    headers: Mapping[str, str] = MappingProxyType({}),
    stores: Stores = _NO_STORES,
) -> Lookup:
    """The credential for *link* at *base_url*, bound to that origin; or why there is none; or None: none is needed.

    The link's own `api_key` and `key_env` come first, and a `key_env` that fails is never replaced by another
    key. Then what *stores* hold and the provider's variables, which go to the provider's own hosts and to those in
    *trust* alone, sign-ins to its own hosts only; for a provider of any address also the variable of the vendor
    whose own host it is. Loopback and private hosts need no key, and get one only where the link or the provider
    gives it to them; but a provider that lives on one, and has variables for its key, does need it there.

    *source* is where the `api_key` of *link* stands: in the `link`, in the `config` of the primary, or at a place
    with a name. Neither the address nor the *headers* that go there may hold a key that is for another host alone.

    Raises:
        InvalidFile, SystemRefused: `.env` or a store cannot be read.
    """
    origin = _origin(base_url)
    if origin is None:
        return Lookup(Missing(_NOT_AN_ADDRESS), ())
    search = _Search(link, provider, origin, environment, trust, source, stores)
    outcome = search.smuggled((base_url, *headers.values())) or search.own()
    return Lookup(outcome, search.asked, search.others)


_NOT_AN_ADDRESS = Problem(
    "invalid-base-url",
    "the `base_url` is not an http(s) address, or holds a user name",
    "write it as `https://host/path`; a key belongs into a variable that `key_env` names",
)


def _origin(base_url: str) -> Origin | None:
    if has_user(base_url):
        return None
    try:
        return Origin.of(base_url)
    except ValueError:
        return None


_CLOUDLESS = frozenset({"api_key", "none"})
_OF_THE_LINK = frozenset({"link", "config"})
_NOT_A_NAME = "name a variable there, such as MY_KEY, and put the key into it"


class _Search:
    """One search for one link's key; remembers whom it asked."""

    def __init__(
        self,
        link: Link,
        provider: Provider,
        origin: Origin,
        environment: Environment,
        trust: Sequence[str],
        source: str,
        stores: Stores,
    ) -> None:
        self._link, self._provider, self._origin = link, provider, origin
        self._environment, self._source, self._stores = environment, source, stores
        self._cloud = _cloud_of(link, provider, environment)
        self._is_own = is_own(provider, origin) or bool(self._cloud and self._cloud.is_home(origin))
        self._reaches = self._is_own or is_trusted(origin, trust)
        is_any = provider.auth_type == "none" and not provider.base_url
        self._vendors = vendor_variable(origin) if is_any else None
        self._asked: list[tuple[str, str]] = []
        self._chosen = "chosen"
        self._broken: Answer | None = None
        self.others: tuple[Credential, ...] = ()
        """What was found beside the outcome."""

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """Every place that was asked, in order, and its answer."""
        return tuple(self._asked)

    def smuggled(self, texts: Iterable[str]) -> Missing | None:
        """The refusal of *texts* that hold a key which is for another host alone."""
        barred = next(filter(None, map(self._barred, texts)), None)
        return self._refused(barred) if barred else None

    def own(self) -> Credential | Missing | None:
        """What the link itself gives; where it gives nothing, what the provider's variables do."""
        inline = self._inline()
        if inline is not None:
            if names_no_key(inline) and not self._link.key_env:
                return None
            fault = fault_of(inline)
            if fault is None:
                return self.smuggled((inline,)) or self._credential(inline, self._source)
            self._asked.append((self._place, fault.what))
            if fault.kind != "placeholder-credential" and not self._link.key_env:
                return self._missing(fault.kind, f"{self._place} {fault.what}", _inline_hint(inline))
        if self._link.key_env:
            return self._named(self._link.key_env)
        return self._entered(self._cloud) if self._cloud and self._cloud.is_chosen else self._shared()

    def _inline(self) -> str | None:
        key = self._link.api_key
        return None if key is None else self._environment.expand(key.reveal()).strip()

    @property
    def _place(self) -> str:
        """How to call the place of the `api_key`."""
        return f"`api_key` of {'the link' if self._source in _OF_THE_LINK else f'`{self._source}`'}"

    def _barred(self, text: str) -> str | None:
        # Compared by value: what `${VAR}` was filled in from can no longer be seen.
        if self._origin.is_local:
            return None
        held = ((variable, self._environment.get(variable)) for variable in barred_from(self._origin))
        keys = ((variable, found.value.strip()) for variable, found in held if found)
        return next((variable for variable, key in keys if fault_of(key) is None and key in text), None)

    def _named(self, variable: str) -> Credential | Missing:
        if not is_variable_name(variable):
            return self._missing("invalid-key-env", "`key_env` is not the name of a variable", _NOT_A_NAME)
        if not (is_home_of(variable, self._origin) or self._origin.is_local):
            return self._refused(variable)
        found, fault = self._ask(variable)
        if found is not None and fault is None:
            return self._credential(found.value.strip(), found.source, variable)
        return self._faulty(variable, fault)

    def _entered(self, cloud: CloudSource) -> Credential | Missing:
        """What the sign-in gives that the link itself names; no key takes its place."""
        if not (self._reaches or self._origin.is_local):
            hint = f"add `{self._origin.host}` to `fallback.trust`"
            return self._missing("untrusted-host", f"a token is not sent to `{self._origin}`", hint)
        return next(self._found_in(cloud), None) or self._missing_in(cloud)

    def _found_in(self, store: Source) -> Iterator[Credential]:
        for answer in store.look(self._provider, self._origin):
            outcome = answer.outcome
            self._asked.append((answer.place, outcome if isinstance(outcome, str) else self._choose()))
            if isinstance(outcome, Credential):
                yield outcome

    def _missing_in(self, cloud: CloudSource) -> Missing:
        return Missing(cloud.missing(self._provider), tuple(self._asked))

    def _shared(self) -> Credential | Missing | None:
        if self._origin.is_local and not self._reaches:
            return None
        faults: dict[str, Fault | None] = {}
        refused: list[str] = []
        found = [*self._kept_in(self._stores.before), *self._in_variables(faults, refused)]
        if not found:
            found = [*self._of_others()]
        if self._cloud:
            found += self._kept_in([self._cloud])
        if found:
            first, *others = _each_once(self._to_carry(found))
            self.others = tuple(others)
            return first
        if self._origin.is_local and not self._is_locked:
            return None
        return self._refused(refused[0]) if refused else self._absent(faults)

    def _of_others(self) -> Iterator[Credential]:
        """What other programs have."""
        if tools := self._tools():
            yield from self._kept_in([tools])

    def _tools(self) -> ToolFiles | None:
        return self._stores.tools() if self._stores.tools else None

    def _kept_in(self, stores: Iterable[Source]) -> Iterator[Credential]:
        """What *stores* hold, where it may be sent to this origin."""
        if not self._reaches:
            return
        for store in stores:
            for answer in store.look(self._provider, self._origin):
                outcome = answer.outcome
                if isinstance(outcome, Credential) and outcome.is_sign_in and not self._is_own:
                    outcome = f"a sign-in is not sent to `{self._origin}`"
                self._asked.append((answer.place, outcome if isinstance(outcome, str) else self._choose()))
                self._broken = self._broken or (answer if answer.is_broken else None)
                if isinstance(outcome, Credential):
                    yield outcome

    def _in_variables(self, faults: dict[str, Fault | None], refused: list[str]) -> Iterator[Credential]:
        """The keys in the provider's variables; notes what is wrong with the others."""
        for variable in (*self._provider.env_vars, *filter(None, [self._vendors])):
            if f"env:{variable}" in self._stores.unused:
                self._asked.append((f"`{variable}`", "was removed, and is not used"))
                continue
            found, fault = self._ask(variable)
            if found is None or fault is not None:
                faults[variable] = fault
            elif self._may_send(variable):
                yield self._newest(self._credential(found.value.strip(), found.source, variable))
            else:
                refused.append(variable)

    @property
    def _is_locked(self) -> bool:
        """True for the own address of a provider that wants a key."""
        provider = self._provider
        return bool(provider.env_vars) and provider.auth_type != "none" and lives_at(provider, self._origin)

    def _absent(self, faults: dict[str, Fault | None]) -> Missing:
        usable = [
            variable
            for variable, fault in faults.items()
            if self._may_send(variable) and (fault or variable != self._vendors)
        ]
        if self._broken:
            what = f"{self._broken.place} cannot be read, and may hold what is missing"
            return self._missing("broken-store", what, "see what is wrong with it: hermes doctor")
        if self._cloud and self._reaches and not any(faults.values()):
            return self._missing_in(self._cloud)
        if self._signs_in and not any(faults.values()):
            return self._signed_out(usable)
        if not usable:
            return self._nameless()
        worst = next((variable for variable in usable if faults[variable]), usable[0])
        return self._faulty(worst, faults[worst])

    @property
    def _signs_in(self) -> bool:
        """True where somebody could sign in, and the credential would go to this origin."""
        oauth = self._provider.oauth
        return self._is_own and oauth is not None and oauth.flow != "none"

    def _signed_out(self, variables: Sequence[str]) -> Missing:
        name = self._provider.name
        keys = f", or {self._put(variables[0])}" if variables else ""
        return self._missing("signed-out", f"`{name}` is not signed in", f"hermes auth login {name}{keys}")

    def _may_send(self, variable: str) -> bool:
        return (self._reaches or variable == self._vendors) and is_home_of(variable, self._origin)

    def _ask(self, variable: str) -> tuple[Found | None, Fault | None]:
        found = self._environment.get(variable)
        for source, place in self._environment.places(variable).items():
            if found and found.source == source:
                fault = fault_of(found.value.strip())
                self._asked.append((place, fault.what if fault else f"not sent to `{self._origin}`"))
                return found, fault
            self._asked.append((place, "not set"))
        return None, None

    def _credential(self, value: str, source: str, name: str | None = None) -> Credential:
        place = self._asked.pop()[0] if name else self._place
        self._asked.append((place, self._choose()))
        found = Credential(secret=Secret(value), source=source, name=name, origins=frozenset([self._origin]))
        oauth = self._provider.oauth
        if oauth is None or not value.startswith(oauth.token_prefixes):
            return found
        from hermes_fallback.credentials.dressing import dressed  # most credentials are keys

        return dressed(found, self._provider)

    def _to_carry(self, found: list[Credential]) -> list[Credential]:
        """What requests carry of what was *found*: where that is exchanged first, what it is exchanged for."""
        if self._provider.oauth is None or not self._provider.oauth.exchange_url:
            return found
        from hermes_fallback.credentials.dressing import exchanging  # few providers exchange anything

        return [exchanging(each, self._provider) for each in found]

    def _newest(self, credential: Credential) -> Credential:
        """*credential* of a variable, or that of the program it was copied from, which goes on renewing it."""
        if credential.auth_header is None or (tools := self._tools()) is None:
            return credential
        from hermes_fallback.credentials.tool_files import superseded  # loaded with them

        newest = superseded(credential, self._provider, tools)
        if newest is not credential:
            place, answer = self._asked.pop()
            self._asked.append((place, f"{answer}, as {newest.source} renews it"))
        return newest

    def _choose(self) -> str:
        """What to say of a place that has a credential: the first is chosen."""
        word, self._chosen = self._chosen, "next in turn"
        return word

    def _faulty(self, variable: str, fault: Fault | None) -> Missing:
        kind, what = (fault.kind, fault.what) if fault else ("missing-credential", "is not set")
        return self._missing(kind, f"`{variable}` {what}", f"{self._put(variable)}, or export it")

    def _nameless(self) -> Missing:
        return self._missing(
            "missing-credential",
            f"no key for `{self._origin}`",
            f"add `key_env: NAME` to this link and {self._put('NAME')}; "
            "a host that asks for none takes `api_key: no-key-required`",
        )

    def _refused(self, variable: str) -> Missing:
        mend = "name this host's own key with `key_env` in the link"
        if is_home_of(variable, self._origin):
            mend += f", or add `{self._origin.host}` to `fallback.trust`"
        return self._missing("untrusted-host", f"`{variable}` is not sent to `{self._origin}`", mend)

    def _missing(self, kind: str, what: str, hint: str) -> Missing:
        return Missing(Problem(kind, what, hint), tuple(self._asked))

    def _put(self, variable: str) -> str:
        return f"put `{variable}=…` into `{self._environment.dotenv.path}`"


def _cloud_of(link: Link, provider: Provider, environment: Environment) -> CloudSource | None:
    if not link.auth_mode and provider.auth_type in _CLOUDLESS:
        return None
    from hermes_fallback.credentials.cloud import cloud_of  # few links go to one

    return cloud_of(link, provider, environment)


def _each_once(found: Iterable[Credential]) -> Iterable[Credential]:
    """*found*, each once, at the first place that it stands at; from where it can be read at once, if it can."""
    each_found = [*found]
    has_digests = any(each.account for each in each_found)  # digests are not for nothing
    known: dict[object, Credential] = {}
    for each in each_found:
        name = each.account or (each.secret.digest(16) if has_digests else each.secret)
        if name not in known or (each.secret and not known[name].secret and known[name].source == "keyring"):
            known[name] = each
    return known.values()


def _inline_hint(value: str) -> str:
    name = value.partition("${")[2].partition("}")[0] or value.removeprefix("$")
    if name.isidentifier() and name != value:
        return f"set `{name}`, or name it with `key_env: {name}` instead"
    return "name a variable with `key_env` instead, and put the key into it"
