"""What a network costs, layer by layer: parameters and operations of one image in inference."""

from harness.cost.specified import TOTALS, LayerCost, layer_costs, total_costs

__all__ = ["TOTALS", "LayerCost", "layer_costs", "total_costs"]
