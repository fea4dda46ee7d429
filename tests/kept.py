"""What every test would work out anew, worked out once in a process: builders of addresses, compiled statements and
templates. None of it depends on what a test does; each is kept under all that it is made of."""

from functools import wraps
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app.core import database

_MOST_STATEMENTS = 4_000


class CompiledOnce(BytecodeCache):
    """Templates compiled once for all applications of a process; jinja compares what it finds with the source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled before."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


def keep_addresses() -> None:
    """Let applications share what takes their addresses apart: most of the making of one went there."""
    work_out = Rule.compile
    kept: dict[Any, Rule] = {}

    @wraps(work_out)
    def compiled(rule: Rule) -> None:
        assert rule.map is not None and not rule.map.host_matching
        converters = tuple(rule.map.converters.items())
        made_of = rule.rule, rule.subdomain, rule.merge_slashes, rule.strict_slashes, rule.is_leaf, converters
        model = kept.setdefault(made_of, rule) if not rule.defaults else rule
        if model is rule:
            return work_out(rule)
        rule._parts, rule._trace = list(model._parts), list(model._trace)
        rule._converters, rule.arguments = dict(model._converters), set(model.arguments)
        rule._build = model._build.__func__.__get__(rule, None)
        rule._build_unknown = model._build_unknown.__func__.__get__(rule, None)

    Rule.compile = compiled


def keep_statements() -> None:
    """Let all databases of one kind share their compiled statements, which each would compile for itself.

    SQLAlchemy keeps a statement under its dialect; two dialects of one kind write every statement alike.
    """
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)
    DefaultDialect.__hash__ = lambda one: hash(type(one))
    make, kept = database.create_engine, LRUCache(_MOST_STATEMENTS)

    @wraps(make)
    def create_engine(*given: Any, **options: Any) -> Any:
        engine = make(*given, **options)
        engine._compiled_cache = kept
        return engine

    database.create_engine = create_engine
