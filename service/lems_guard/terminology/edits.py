"""How far two words are apart: one slip of the pen, or two letters exchanged far off."""


def edits_between(word: str, name: str) -> int | None:
    """1 for one letter more, less, other or exchanged; 2 for one moved; nothing beyond that."""
    if word == name:
        return 0
    if abs(len(word) - len(name)) > 1:
        return None
    start = _common(word, name)
    end = min(_common(word[::-1], name[::-1]), len(word) - start, len(name) - start)
    left, right = word[start : len(word) - end], name[start : len(name) - end]
    if len(left) <= 1 and len(right) <= 1:
        return 1
    if len(left) != len(right):
        return None
    if len(left) == 2 and left == right[::-1]:
        return 1
    return 2 if left[1:] == right[:-1] or left[:-1] == right[1:] else None


def _common(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
