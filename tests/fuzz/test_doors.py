"""Every door against every seed, and against so many searched inputs; longer by `make fuzz`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.door import Door
from fuzz.doors import DOORS
from fuzz.mutating import mutated
from searching import examples

USUALLY = 120
# Those that take longer: some two seconds for each door.
FEWER = dict.fromkeys(("release", "zip"), 3) | dict.fromkeys(
    ("batch", "fhir", "hooks", "prefetch", "rules", "tables"), 30
)


@st.composite
def inputs(draw: st.DrawFn, door: Door) -> bytes:
    return mutated(door.seeds, door.pieces, lambda below: draw(st.integers(0, below - 1)))


@pytest.mark.parametrize("name", sorted(DOORS))
def test_no_input_breaks_a_door(name: str) -> None:
    """Whatever comes is read or refused in words: no crash, no loss, no false "complete"."""
    door = DOORS[name]()
    for each in (*door.seeds, door.grown(20)):
        door.enter(each)

    @examples(FEWER.get(name, USUALLY))
    @given(inputs(door))
    def search(data: bytes) -> None:
        door.enter(data)

    search()
