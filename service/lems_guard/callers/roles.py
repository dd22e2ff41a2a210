"""Roles: what a caller may do, and which of them each method asks for."""

import enum
from typing import TypeAlias


class Role(enum.Enum):
    """What a caller may be allowed."""

    CHECK = "check"
    """Have prescriptions checked, over any edge."""
    KNOWLEDGE = "knowledge"
    """Read rules, and what a name or code is taken for."""
    FEEDBACK = "feedback"
    """Report what became of alerts."""
    REVIEW = "review"
    """Read rules, and sign them."""
    OPERATE = "operate"
    """Read metrics and reflection."""


Roles: TypeAlias = frozenset[Role]

ALL: Roles = frozenset(Role)
CHECKING: Roles = frozenset({Role.CHECK})
REPORTING: Roles = frozenset({Role.FEEDBACK})
READING: Roles = frozenset({Role.KNOWLEDGE, Role.REVIEW})
SIGNING: Roles = frozenset({Role.REVIEW})
OPERATING: Roles = frozenset({Role.OPERATE})
# Which knowledge base answers belongs to every answer, whoever asks.
FOR_EVERY_ROLE = "GetKnowledgeBase"
OF_SERVICES = {
    "InteractionCheckService": CHECKING,
    "KnowledgeService": READING,
    "AlertService": REPORTING,
}


def roles_for(service: str, method: str) -> Roles:
    """The roles of which a caller of the contract's method needs one."""
    if method == FOR_EVERY_ROLE:
        return ALL
    return OF_SERVICES[service.rpartition(".")[2]]


def named_roles(roles: Roles) -> str:
    """Roles in words."""
    return " or ".join(sorted(role.value for role in roles))
