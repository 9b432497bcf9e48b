"""`python -m cscart_zoho_sim` is `cscart-zoho-sim`."""

from cscart_zoho_sim.cli import main

if __name__ == "__main__":
    main()
