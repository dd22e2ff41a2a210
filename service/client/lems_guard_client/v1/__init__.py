"""The wire contract, generated from proto/lems_guard/v1 by `make stubs`."""
