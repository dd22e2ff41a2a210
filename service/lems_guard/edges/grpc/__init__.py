"""The gRPC edge: reading requests, writing replies, errors as statuses, and the servicers."""
