"""The one type a secret lives in: it prints as stars and says what it holds only when asked aloud."""

from __future__ import annotations

__all__ = ["Secret"]


class Secret:
    """A key or token that cannot be printed, logged, pickled or put into a message by accident.

    Equal to another secret of the same value. `reveal` is called in one place, where the header is built.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Never store, format or log what this returns."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """`sha256:` and eight hex digits, enough to tell two keys apart and to recognise one again."""
        return self.digest(8)

    def digest(self, digits: int) -> str:
        """`sha256:` and the first *digits* hex digits of the value's SHA-256."""
        from hashlib import sha256  # 3 ms that a listing without fingerprints does not pay

        data = self._value.encode(errors="surrogatepass")  # JSON can hold half a character
        return f"sha256:{sha256(data).hexdigest()[:digits]}"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret('********')"

    def __str__(self) -> str:
        return "********"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce__(self) -> str | tuple[object, ...]:
        msg = "a secret is not pickled"
        raise TypeError(msg)
