"""What every page has around it: the request's context, rendering, dates, errors, forms."""
