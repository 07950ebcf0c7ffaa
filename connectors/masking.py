"""The shape of a value: what may be shown of it in logs, errors and quarantine."""

LONGEST_MASK = 60


def value_shape(value: object) -> str:
    """*value* as text with every letter replaced by ``x`` and every digit by ``9``; at most 60 characters.

    Punctuation and spaces stay, because they are what usually went wrong. A longer value ends in ``…``. Any value will
    do: a number with too many digits to be written, and a value nested too deep, are named by their kind.
    """
    text = value if isinstance(value, str) else _as_text(value)
    masked = "".join("9" if sign.isnumeric() else "x" if sign.isalpha() else sign for sign in text[:LONGEST_MASK])
    masked = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in masked)
    return masked if len(text) <= LONGEST_MASK else masked[: LONGEST_MASK - 1] + "…"


def _as_text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than Python writes
        return "9" * (LONGEST_MASK + 1)
    except RecursionError:
        return f"({type(value).__name__})"
