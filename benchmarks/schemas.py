"""The models once more, for those that validate with marshmallow."""

from __future__ import annotations

from datetime import timezone

from marshmallow import Schema, fields


class ItemSchema(Schema):
    """An item of an order."""

    sku = fields.String(required=True)
    name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    price = fields.Float(required=True)


class OrderInSchema(Schema):
    """An order as it is placed."""

    order_number = fields.String(required=True)
    customer = fields.String(required=True)
    email = fields.String(required=True)
    currency = fields.String(required=True)
    total = fields.Float(required=True)
    is_gift = fields.Boolean(required=True)
    note = fields.String(required=True)
    ordered_at = fields.AwareDateTime(
        format="%Y-%m-%dT%H:%M:%SZ", default_timezone=timezone.utc, required=True
    )
    ship_to = fields.String(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)


class OrderSchema(OrderInSchema):
    """An order that is placed."""

    id = fields.Integer(required=True)


class UserSchema(Schema):
    """A user."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class SearchSchema(Schema):
    """A query for products, and here its answer too."""

    text = fields.String(required=True)
    colour = fields.List(fields.String(), required=True)
    limit = fields.Integer(required=True)
    max_price = fields.Float(required=True)
    in_stock = fields.Boolean(required=True)
