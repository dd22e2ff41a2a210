"""What a drug is given for."""

from lems_guard.clinical.term import Term


class Use(Term):
    """Uses in which a harmful drug may be needed now, and everyday ones that others may serve.

    They change what is advised and offered, never how bad a harm is; what another drug is given
    for may tell of a disease that contraindicates this one.
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
    HYPERTENSION = 11
    ANGINA = 12
    RATE_CONTROL = 13
    MIGRAINE = 14
    PAIN = 15
    NERVE_PAIN = 16
    SLEEP = 17
    DEPRESSION = 18
    PSYCHOSIS = 19
    NAUSEA = 20
    ALLERGY = 21
    CONSTIPATION = 22
    HEARTBURN = 23
    BRONCHOSPASM = 24
    OVERACTIVE_BLADDER = 25
    URINARY_INFECTION = 26
    SMOKING = 27
