"""The kinds of phrases under plain names.

Looking a member of an enumeration up costs as much as ten steps of reading in Python 3.11, and
every order is asked for some forty of them.
"""

from typing import Final

from lems_guard.terminology.lexicon import Kind

NAME: Final = Kind.NAME
BRAND: Final = Kind.BRAND
ROUTE: Final = Kind.ROUTE
SIDE: Final = Kind.SIDE
FORM: Final = Kind.FORM
FREQUENCY: Final = Kind.FREQUENCY
NUMBER: Final = Kind.NUMBER
SALT: Final = Kind.SALT
PREFIX: Final = Kind.PREFIX
FILLER: Final = Kind.FILLER
REASON: Final = Kind.REASON
CONDITION: Final = Kind.CONDITION
LIMIT: Final = Kind.LIMIT
QUANTITY: Final = Kind.QUANTITY
ONCE: Final = Kind.ONCE
TIMES: Final = Kind.TIMES
TOTAL: Final = Kind.TOTAL
DAILY: Final = Kind.DAILY
DIVIDED: Final = Kind.DIVIDED
START: Final = Kind.START
CONTINUE: Final = Kind.CONTINUE
DENY: Final = Kind.DENY
DENIED: Final = Kind.DENIED
SCALE: Final = Kind.SCALE
WEEKDAY: Final = Kind.WEEKDAY
MEALS: Final = Kind.MEALS
INSTRUCTION: Final = Kind.INSTRUCTION
DURATION: Final = Kind.DURATION
INDICATION: Final = Kind.INDICATION
TALK: Final = Kind.TALK
JOIN: Final = Kind.JOIN
THEN: Final = Kind.THEN
TAIL: Final = Kind.TAIL
COMPOUNDED: Final = Kind.COMPOUNDED
LINK: Final = Kind.LINK
UNSAID: Final = Kind.UNSAID
STEP: Final = Kind.STEP
PAST: Final = Kind.PAST
SWITCH: Final = Kind.SWITCH
AMOUNT: Final = Kind.AMOUNT
STRENGTH: Final = Kind.STRENGTH
WEIGHT: Final = Kind.WEIGHT
WEIGHT_DAY: Final = Kind.WEIGHT_DAY
SURFACE: Final = Kind.SURFACE
DAY: Final = Kind.DAY
VOLUME: Final = Kind.VOLUME
RATIO: Final = Kind.RATIO
RATE: Final = Kind.RATE
MEASURE: Final = Kind.MEASURE
COUNT: Final = Kind.COUNT
MULTIPLE: Final = Kind.MULTIPLE
PATTERN: Final = Kind.PATTERN
CLOCK: Final = Kind.CLOCK
BARE: Final = Kind.BARE
SIGN: Final = Kind.SIGN
MENTION: Final = Kind.MENTION
UNKNOWN: Final = Kind.UNKNOWN
