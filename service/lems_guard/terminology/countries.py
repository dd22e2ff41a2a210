"""The countries whose brands are told apart.

A country is a code of two letters of ISO 3166-1. `EU` stands for what is authorised for the whole
European Union and the European Economic Area.
"""

EU = "EU"
MEMBERS_OF_EU = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"}
    | {"IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)
