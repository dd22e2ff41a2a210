"""Routes of administration, and the sets of them that clinical sources speak of."""

from lems_guard.clinical.term import Term


class Route(Term):
    """Where a drug enters the body. A route not in this list is OTHER and counts as unknown."""

    ORAL = 1
    SUBLINGUAL = 2
    BUCCAL = 3
    ENTERAL_TUBE = 4
    INTRAVENOUS = 5
    INTRAMUSCULAR = 6
    SUBCUTANEOUS = 7
    INTRADERMAL = 8
    INTRATHECAL = 9
    EPIDURAL = 10
    INTRAPERITONEAL = 11
    INTRAPLEURAL = 12
    INTRA_ARTICULAR = 13
    INTRAVESICAL = 14
    LOCAL_INJECTION = 15
    INHALED = 16
    NASAL = 17
    OPHTHALMIC = 18
    OTIC = 19
    TOPICAL = 20
    TRANSDERMAL = 21
    RECTAL = 22
    VAGINAL = 23
    IRRIGATION = 24
    EXTRACORPOREAL = 25
    OTHER = 26


KNOWN_ROUTES = frozenset(Route) - {Route.OTHER}

# Local use reaches the circulation too little to count as systemic (clinical facts, H11).
# INHALED and NASAL are local unless a rule names them: inhaled loxapine does act systemically.
LOCAL_ROUTES = frozenset(
    {
        Route.OPHTHALMIC,
        Route.OTIC,
        Route.TOPICAL,
        Route.LOCAL_INJECTION,
        Route.INTRA_ARTICULAR,
        Route.VAGINAL,
        Route.IRRIGATION,
        Route.EXTRACORPOREAL,
        Route.INHALED,
        Route.NASAL,
    }
)

PARENTERAL = frozenset(
    {
        Route.INTRAVENOUS,
        Route.INTRAMUSCULAR,
        Route.SUBCUTANEOUS,
        Route.INTRADERMAL,
        Route.INTRATHECAL,
        Route.EPIDURAL,
        Route.INTRAPERITONEAL,
        Route.INTRAPLEURAL,
    }
)

ROUTE_SETS: dict[str, frozenset[Route]] = {
    "any": KNOWN_ROUTES,
    "systemic": KNOWN_ROUTES - LOCAL_ROUTES,
    "enteral": frozenset(
        {Route.ORAL, Route.SUBLINGUAL, Route.BUCCAL, Route.ENTERAL_TUBE, Route.RECTAL}
    ),
    "parenteral": PARENTERAL,
}
