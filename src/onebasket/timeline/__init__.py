"""The timeline model: what people do next, learnt from all that they did.

    histories   what each person did, in order, and batches of it
    rows        tables of vectors, of which a step touches only the rows it needs
    encoder     histories of vectors → states: all that is needed to be asked
    network     what is trained: items and their attributes → vectors; the encoder; what else is told
    loss        how far a state is from what came next
    training    rounds over all histories, with a look at validation now and then
    checkpoints the way back after a kill
    warm        a network that begins where a former one ended
    encoding    from histories to states, and how well these tell what comes next
    nearest     the best items of a state among all there are

Needs torch (extra `learn`), except for `settings` and `histories`.
"""
