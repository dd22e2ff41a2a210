"""The benchmark: named measurements that anyone can repeat. Nothing of the service imports it."""
