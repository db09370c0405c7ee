"""Facts of code that names tables: SQLAlchemy, SQLModel, Django's models, and Supabase's client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.facts import Fact, TableMapped
from lintkit.python.receivers import class_attributes, origin_names

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile


def extract(match: Match, file: PythonFile) -> Iterator[Fact]:
    """The facts of one match of the triggers that `lintkit.kinds.extract` declares for this module."""
    node = match.node
    if isinstance(node, cst.ClassDef):
        if (match.name or "").startswith("sqlmodel"):
            yield from _sqlmodel(node, file)
        else:
            yield from _django(node, file)
    elif isinstance(node, cst.Call):
        if isinstance(node.func, cst.Attribute) and match.name in {"table", "from_"}:
            yield from _supabase(node, file)
        else:
            yield from _table(node, file)
    elif (
        match.how in {"assignment", "annotated"} and match.value is not None and match.name == "__tablename__"
    ):
        owner = file.enclosing_class(node)
        name = file.string(match.value, follow=True)
        if owner is not None and name:
            is_model = any(
                base.keyword is not None and base.keyword.value == "table" for base in owner.keywords
            )
            table = _in_schema(owner, name, file)
            yield TableMapped(
                file.span(match.value), table, "sqlmodel" if is_model else "sqlalchemy", owner.name.value
            )


def _in_schema(owner: cst.ClassDef, table: str, file: PythonFile) -> str:
    """The name behind the schema of `__table_args__ = {"schema": "billing"}`, also as the last of a tuple."""
    for said in class_attributes(owner, file).get("__table_args__", ()):
        value = file.literal(said.value, follow=True) if said.value is not None else None
        if isinstance(value, tuple) and value:
            value = value[-1]
        if isinstance(value, dict) and isinstance(value.get("schema"), str):
            return f"{value['schema']}.{table}"
    return table


def _sqlmodel(node: cst.ClassDef, file: PythonFile) -> Iterator[TableMapped]:
    """`class Hero(SQLModel, table=True)` is the table `hero`; one with `__tablename__` is told by that."""
    is_table = any(
        each.keyword is not None and each.keyword.value == "table" and file.literal(each.value) is True
        for each in node.keywords
    )
    if is_table and "__tablename__" not in class_attributes(node, file):
        name = _in_schema(node, node.name.value.lower(), file)
        yield TableMapped(file.span(node.name), name, "sqlmodel", node.name.value)


def _django(node: cst.ClassDef, file: PythonFile) -> Iterator[TableMapped]:
    """A model is the table `app_model`, where the app is the folder of its module, unless `Meta` says `db_table`."""
    options: dict[str, object] = {}
    for inner in node.body.body:
        if isinstance(inner, cst.ClassDef) and inner.name.value == "Meta":
            for name, said in class_attributes(inner, file).items():
                if said[0].value is not None:
                    options[name] = file.literal(said[0].value, follow=True)
    if options.get("abstract") is True or options.get("proxy") is True:
        return
    table = options.get("db_table")
    if not isinstance(table, str):
        label = options.get("app_label")
        app = label if isinstance(label, str) else _app(file.path)
        if not app:
            return
        table = f"{app}_{node.name.value.lower()}"
    yield TableMapped(file.span(node.name), table.replace('"', ""), "django", node.name.value)


def _app(path: str) -> str:
    folders = path.split("/")[:-1]
    if folders and folders[-1] == "models":
        folders.pop()
    return folders[-1] if folders else ""


def _table(call: cst.Call, file: PythonFile) -> Iterator[TableMapped]:
    """`Table("orders", metadata, …, schema="shop")`."""
    name = file.argument(call, 0, "name")
    text = file.string(name, follow=True) if name is not None else None
    if text:
        schema = file.argument(call, None, "schema")
        prefix = file.string(schema, follow=True) if schema is not None else None
        yield TableMapped(file.span(call), f"{prefix}.{text}" if prefix else text, "sqlalchemy")


def _supabase(call: cst.Call, file: PythonFile) -> Iterator[TableMapped]:
    """`supabase.table("orders")`, where the receiver comes from supabase or is imported under such a name."""
    receiver = call.func.value if isinstance(call.func, cst.Attribute) else call.func
    name = file.argument(call, 0)
    text = file.string(name, follow=True) if name is not None else None
    if text and (
        any("supabase" in origin for origin in origin_names(receiver, file))
        or "supabase" in file.code(receiver).lower()
    ):
        yield TableMapped(file.span(call), text, "supabase")
