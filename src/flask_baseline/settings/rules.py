"""How a settings model says what is wrong, in words that hold no value."""

from __future__ import annotations


class SettingError(ValueError):
    """Raised by a validator of a settings model, to be shown to the operator word for word.

    The words of any other exception are never shown: they may quote the value.

    Args:
        what: what is wrong, as the end of the sentence "the setting ...".
        fix: what to do about it.
        options: the fields in question, for a rule over several; a field's own validator names none.
    """

    def __init__(self, what: str, fix: str, *options: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.options = options
