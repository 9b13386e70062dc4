"""`NamedTuple` as in `typing`, made in a quarter of the time.

In: a class body with annotated fields. Out: the class that `typing.NamedTuple` would make of it. The one of `typing` compiles
a constructor for each class: for a hundred classes that is a tenth of a small run, and few of them make objects by it (readers
and graphs use `tuple.__new__`). Here the constructor is compiled when it is first called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from _collections import _tuplegetter

    class _Record(tuple):
        """What all records have in common."""

        __slots__ = ()
        _fields = ()
        _field_defaults: dict[str, Any] = {}  # noqa: RUF012  # as in `typing`

        def __new__(cls, *values, **named):
            owner = next(one for one in cls.__mro__ if "_fields" in vars(one))
            owner.__new__ = _constructor(owner)
            return owner.__new__(cls, *values, **named)

        @classmethod
        def _make(cls, values):
            """A record of these values, in order."""
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **named):
            """The record with some fields replaced."""
            made = self._make(map(named.pop, self._fields, self))
            if named:
                raise ValueError(f"Got unexpected field names: {list(named)!r}")
            return made

        def _asdict(self):
            """Name of field -> value."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{self.__class__.__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            if fields[len(fields) - len(defaults) :] != tuple(defaults):
                raise TypeError(f"{name}: a field without a default follows one with a default")
            getters = {field: _tuplegetter(number, "") for number, field in enumerate(fields)}
            more = {"__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
            return type(name, (_Record,), body | getters | more)

    class NamedTuple(metaclass=_Maker):
        """The base in a class statement; no class has it."""

    def _constructor(owner):
        names = "".join(f"{field}, " for field in owner._fields)
        made = eval(f"lambda _cls, {names}: _new(_cls, ({names}))", {"_new": tuple.__new__})
        made.__name__ = "__new__"
        made.__qualname__ = f"{owner.__name__}.__new__"
        made.__defaults__ = tuple(owner._field_defaults.values())
        return made
