"""Rules as data: files in, compiled rules out, and what a rule says of one obligation or change."""
