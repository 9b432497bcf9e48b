"""A calculator of order totals, written from the documentation of both sides and from no code of this repository.

`zoho` reckons what a sales order comes to, `cscart` what an order of a store comes to, `drawn` draws orders of all
kinds. Nothing under `src/` is
imported by these three; only the tests beside them bring product and simulators in.
"""
