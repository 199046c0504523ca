"""Facts every floor shares: links, chains, credentials, origins, routes, reasons and receipts."""
