"""How bad a conflict is, how sure that is, and what it threatens."""

from lems_guard.clinical.term import Term


class Severity(Term):
    """Clinical severity, ordered: a higher number is worse. Workflow is the client's affair."""

    INFORMATION = 1
    MONITOR = 2
    CAUTION = 3
    AVOID = 4
    CONTRAINDICATED = 5

    def raised(self) -> "Severity":
        """One level worse, but never CONTRAINDICATED: only a label contraindication says that."""
        return Severity(self + 1) if self < Severity.AVOID else self


class Certainty(Term):
    """Whether every fact that the rule needs was known; ordered so that ESTABLISHED sorts first."""

    ESTABLISHED = 1
    POSSIBLE = 2


class Concern(Term):
    """The closed list of harms a rule may warn of, in the order in which they are shown."""

    NEUROMUSCULAR_WEAKNESS = 1
    SEIZURE = 2
    CHOLINERGIC = 3
    QT_PROLONGATION = 4
    RESPIRATORY_DEPRESSION = 5
    ANAESTHESIA = 6
    DUPLICATE_THERAPY = 7
    DOSE = 8
    ABRUPT_STOP = 9
    LABEL = 10
    CONTRAINDICATED_CONDITION = 11


class OverridePolicy(Term):
    """What a prescriber must give to go on in spite of an alert; ordered by strictness."""

    FREE = 1
    REASON = 2
    SECOND_PERSON = 3


class Jurisdiction(Term):
    """Whose labels apply: the United States, the European Union (and UK), Switzerland."""

    US = 1
    EU = 2
    CH = 3
