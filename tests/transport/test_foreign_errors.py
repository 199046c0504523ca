"""Everything the HTTP libraries can raise has a name and a sentence here."""

from __future__ import annotations

import inspect

import h11
import httpcore
import pytest

from hermes_fallback.model.credential import Credential
from hermes_fallback.model.failure import Transport
from hermes_fallback.secret import Secret
from hermes_fallback.transport import errors
from hermes_fallback.transport.errors import FOREIGN, failed, scrubbed

_RAISED = [
    pytest.param(kind, id=f"{library.__name__}-{name}")
    for library in (httpcore, h11)
    for name, kind in inspect.getmembers(library, inspect.isclass)
    if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", _RAISED)
def test_every_class_of_the_libraries_is_mapped(kind: type[Exception]) -> None:
    """A class that either gains fails here until somebody has decided what it is called."""
    assert kind in errors._SENTENCES
    assert issubclass(kind, FOREIGN)
    failure = failed(kind.__new__(kind)).failure
    assert (failure.transport, failure.exception) == (Transport.EXCEPTION, kind.__name__)
    assert failure.body


def test_the_table_goes_from_special_to_general() -> None:
    """No class stands above one of its own children."""
    kinds = list(errors._SENTENCES)
    for place, kind in enumerate(kinds):
        assert not any(issubclass(later, kind) for later in kinds[place + 1 :]), kind


def test_a_class_of_another_version_gets_its_parents_name() -> None:
    """A subclass nobody knows is what its nearest known parent is."""

    class NewTimeout(httpcore.ReadTimeout):
        pass

    assert failed(NewTimeout("")).failure.exception == "ReadTimeout"


def test_an_error_of_the_system_keeps_its_own_name() -> None:
    """`ConnectionResetError` says more than `OSError`."""
    failure = failed(ConnectionResetError(104, "Connection reset by peer")).failure
    assert (failure.exception, failure.body) == (
        "ConnectionResetError",
        "[Errno 104] Connection reset by peer",
    )


def test_the_first_cause_is_told() -> None:
    """Where the library's words say nothing, those of the error beneath do."""
    error = httpcore.ConnectError("All connection attempts failed")
    error.__cause__ = OSError("All connection attempts failed")
    group = ExceptionGroup("several", [ConnectionRefusedError(111, "Connect call failed"), OSError("x")])
    error.__cause__.__cause__ = group
    assert failed(error).failure.body == "All connection attempts failed ([Errno 111] Connection refused)"


@pytest.mark.parametrize(
    "kind", [httpcore.ConnectError, httpcore.ReadTimeout, h11.LocalProtocolError, OSError]
)
def test_the_secret_is_scrubbed(kind: type[Exception]) -> None:
    """Whatever an error repeats, the key is stars."""
    credential = Credential(secret=Secret("sk-very-secret"), source="env")
    failure = failed(kind("bad value 'Bearer sk-very-secret'"), credential=credential).failure
    assert failure.body == "bad value 'Bearer ********'"


def test_a_key_is_starred_out_also_where_it_was_cut_short() -> None:
    """The end of a shortened message may hold half of it."""
    credential = Credential(secret=Secret("sk-0123456789abcdef"), source="env")
    assert scrubbed("bad sk-0123456789abcdef given", credential) == "bad ******** given"
    assert scrubbed("the key was sk-012345678…", credential) == "the key was ********…"
    assert scrubbed("nothing here", credential) == "nothing here"
