"""What an import file for Zoho says of each product, kept until the product has its item."""

from django.db import models


class ItemFileRow(models.Model):
    """One product in an import file: what it was made from, and what the file gives the item.

    The item that comes of it is found by its SKU. Where it holds what the file
    said, both sides have agreed on that, as if a call of ours had made it.
    """

    store = models.ForeignKey("store.Store", on_delete=models.CASCADE, related_name="item_file_rows")
    cscart_id = models.CharField(max_length=40)
    #: Values by field, long texts as fingerprints: the product's, and the item's with its opening stock.
    source = models.JSONField()
    sent = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "cscart_id"], name="one_row_in_item_file")]

    def __str__(self) -> str:
        return f"product {self.cscart_id} of {self.made_at:%Y-%m-%d}"
