from cscart_zoho.cli.entry import main

main()
