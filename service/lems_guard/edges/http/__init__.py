"""The HTTP port's own pages: the contract as JSON under `/v1`, and the page at `/`."""
