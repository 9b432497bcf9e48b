"""The heart: observe both sides, plan purely, apply carefully, recover first."""
