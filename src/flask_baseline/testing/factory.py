"""Make and save instances of models, with what a test does not care about filled in."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import MissingExtraError

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase, Session

Model = TypeVar("Model")


class Factory:
    """Makes instances of any model, and saves them in one session.

    What is filled in is what must be: columns without a default that may not be empty. Texts are the name of
    their column and a number, so that no two are the same. All other columns have what the model itself gives
    a new row, and references to other rows are for the test to give.

    Args:
        session: where they are saved.

    Raises:
        MissingExtraError: polyfactory is not installed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._base = _base()
        self._made: dict[type, Any] = {}
        self._count = 0

    def __call__(self, model: type[Model], /, **values: object) -> Model:
        """Return a saved instance of *model* with *values*."""
        return self.batch(model, 1, **values)[0]

    def batch(self, model: type[Model], count: int, /, **values: object) -> list[Model]:
        """Return *count* saved instances of *model*, each with *values*."""
        made = [self.build(model, **values) for _ in range(count)]
        self._session.add_all(made)
        self._session.commit()
        return made

    def build(self, model: type[Model], /, **values: object) -> Model:
        """Return an instance of *model* with *values* that is not saved."""
        if model not in self._made:
            self._made[model] = self._base.create_factory(model)
        made = self._made[model]
        self._count += 1
        texts = {name: f"{name}-{self._count}"[-(length or 255) :] for name, length in made.texts().items()}
        return cast(Model, made.build(**{**texts, **values}))


def _base() -> Any:
    try:
        from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory
    except ImportError:
        raise MissingExtraError(
            'baseline_factory needs the package polyfactory. Fix: pip install "flask-baseline[test]".'
        ) from None
    from sqlalchemy import Enum, String

    def is_text(column: Any) -> bool:
        return isinstance(column.type, String) and not isinstance(column.type, Enum)

    class Required(SQLAlchemyFactory[Any]):
        """Fills in what has no default and must not be empty."""

        __is_base_factory__ = True
        __set_relationships__ = False
        __set_association_proxy__ = False

        @classmethod
        def should_column_be_set(cls, column: Any) -> bool:
            return super().should_column_be_set(column) and not is_text(column) and cls.is_required(column)

        @classmethod
        def texts(cls) -> dict[str, int | None]:
            """Return the attributes that must have a text, with the longest that fits."""
            columns = cast("type[DeclarativeBase]", cls.__model__).__mapper__.columns
            return {
                name: cast(String, column.type).length
                for name, column in columns.items()
                if is_text(column) and cls.is_required(column)
            }

        @classmethod
        def is_required(cls, column: Any) -> bool:
            """Whether a row needs a value from us."""
            # An integer that is the key alone is numbered by the database.
            is_given = column.nullable or column.foreign_keys or column.table.autoincrement_column is column
            has_default = column.default is not None or column.server_default is not None
            model = cast("type[DeclarativeBase]", cls.__model__)
            own = (model.__mapper__.version_id_col, model.__mapper__.polymorphic_on)
            is_the_mappers = any(column is known for known in own)
            return not (is_given or has_default or is_the_mappers)

        @classmethod
        def get_provider_map(cls) -> dict[Any, Any]:
            return {**super().get_provider_map(), datetime: lambda: datetime.now(timezone.utc)}

    # The same values in each run: a test that fails fails again.
    Required.seed_random(0)
    return Required
