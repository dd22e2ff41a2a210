"""What a drug is given for, where that makes it necessary."""

from lems_guard.clinical.term import Term


class NecessaryUse(Term):
    """Uses in which a harmful drug may be needed now, and other uses that are recognised.

    They change what is advised, never how bad a harm is; what another drug is given for may tell
    of a disease that contraindicates this one.
    """

    STATUS_EPILEPTICUS = 1
    ECLAMPSIA = 2
    TORSADES = 3
    MALIGNANT_HYPERTHERMIA = 4
    SMALL_CELL_LUNG_CANCER = 5
    ANAESTHESIA = 6
    ANTIDOTE = 7
    LIFE_THREATENING_HYPOMAGNESAEMIA = 8
    OTHER = 9
    SEIZURES = 10
