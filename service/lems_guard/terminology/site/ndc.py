"""The shapes in which a National Drug Code is written, all brought to eleven digits."""

# Digits of labeller, product and package in the eleven-digit form.
PARTS = (5, 4, 2)
# Where a ten-digit code without hyphens lacks its zero: as 4-4-2, 5-3-2 or 5-4-1.
MISSING = (0, 5, 9)


def eleven_digits(code: str) -> tuple[str, ...]:
    """Every eleven-digit code that may be meant; nine digits name a product in any package."""
    parts = code.strip().split("-")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return ()
    if len(parts) in {2, 3}:
        return _from_parts(parts)
    return _from_digits(parts[0]) if len(parts) == 1 else ()


def _from_parts(parts: list[str]) -> tuple[str, ...]:
    sizes = PARTS[: len(parts)]
    if any(len(part) > size for part, size in zip(parts, sizes, strict=True)):
        return ()
    return ("".join(part.zfill(size) for part, size in zip(parts, sizes, strict=True)),)


def _from_digits(digits: str) -> tuple[str, ...]:
    if len(digits) in {9, 11}:
        return (digits,)
    if len(digits) != 10:
        return ()
    return tuple(dict.fromkeys(f"{digits[:place]}0{digits[place:]}" for place in MISSING))
