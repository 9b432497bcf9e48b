"""The deterministic simulation: the whole engine, its ledger and both simulators, with faults, kills and people.

One seed is one story. `python -m tests.sim --seed N` tells it again.
"""
