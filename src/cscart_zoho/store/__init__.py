"""The ledger: what both sides showed, what they last agreed on, what was asked and what was done."""
