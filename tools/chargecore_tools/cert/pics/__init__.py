"""`chargecore cert pics`: what a maker declares, and what of it the last run has shown.

    questions     what nobody but the maker knows        product_file  product.yaml: their answers
    claims        which profiles the report allows       performance   times out of its frames
    functions     what the configuration keys say        pics          pics.json, and its page
    cli           the command

Nothing is made up: what is not answered and not shown stays open, and the document says so.
"""
