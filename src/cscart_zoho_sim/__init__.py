"""Simulated CS-Cart and Zoho: for tests, `make demo`, benchmarks and screenshots.

Nothing in `cscart_zoho` imports this package.
"""
