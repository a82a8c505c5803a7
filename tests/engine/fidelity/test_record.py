import json

from engine.fidelity import Fidelity, Likelihood, Measure


def test_a_record_survives_json():
    measure = Measure(
        name="repeat_rate", title="Going back", unit="share", simulated=0.2, held_out=0.25, earlier=None,
        distance=0.05, distance_of_earlier=None, distance_name="absolute difference", source="By definition.",
        verdict="fits", sentence="Going back: fits.", parts=("a", "b"), simulated_parts=(0.5, 0.5),
        held_out_parts=(0.4, 0.6),
    )  # fmt: skip
    foretold = Likelihood(5.0, 5.5, 6.0, 0.4, 0.6, 100, 10, "fits", "Better.")
    whole = Fidelity("log", "f" * 16, (measure,), foretold, "fits", "All fits.", how=("So.",), weeks=2)
    assert Fidelity.from_dict(json.loads(json.dumps(whole.to_dict()))) == whole
    assert foretold.gain == 0.5
    bare = Fidelity("log", "f" * 16, (), None, "not measured", "No times.")
    assert Fidelity.from_dict(json.loads(json.dumps(bare.to_dict()))) == bare
