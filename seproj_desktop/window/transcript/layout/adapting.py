"""How a box that is laid out stays as its piece grows or the column gets another width, instead of being made anew.

On the Qt thread, no widget. Each function changes the box and returns whether it is true now; where it is not, the
caller has another one made.
"""

from seproj_desktop.window.transcript.layout.box import Box
from seproj_desktop.window.transcript.layout.box_maker import BoxMaker, Setting
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.layout.table_box import TableBox
from seproj_desktop.window.transcript.markdown.blocks import Code, Leaf, Table
from seproj_desktop.window.transcript.message import Piece


def renew(box: Box, piece: Piece, setting: Setting, maker: BoxMaker) -> bool:
    """Takes what the piece is now, at the same width: lines and rows that are as they were stay laid out."""
    block = piece.content.block if isinstance(piece.content, Leaf) else None
    if box.width != maker.box_width(piece):
        return False
    match box, block:
        case CodeBox(), Code():
            return box.renew(block)
        case TableBox(), Table():
            return box.renew(block, maker.table_widths(block, setting, box.width))
        case _:
            return False


def fit(box: Box, piece: Piece, setting: Setting, maker: BoxMaker) -> bool:
    """Takes the maker's width for the piece: its texts stay as they were put together, only lines are broken anew."""
    width = maker.box_width(piece)
    if isinstance(box, TableBox):
        return box.fit_columns(width, maker.table_widths(box.table, setting, width))
    return box.fit(width)
