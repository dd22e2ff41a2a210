"""One clinician at work on one patient's orders: within it an alert need not be shown twice."""

from typing import NamedTuple


class Episode(NamedTuple):
    """Who works on whose orders, named as the client names them.

    `client` keeps two hospitals apart whose identifiers happen to be the same. All of it is only
    ever hashed under a secret, never stored.
    """

    client: str
    clinician: str
    patient: str
    encounter: str
