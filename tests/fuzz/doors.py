"""All doors, by name."""

from fuzz.calls import CALLS
from fuzz.door import Doors
from fuzz.files import FILES
from fuzz.keeping import KEEPING
from fuzz.orders import ORDERS

DOORS: Doors = CALLS | ORDERS | FILES | KEEPING
