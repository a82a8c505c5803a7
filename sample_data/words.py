"""The words the catalogue is made of. Every brand is invented."""

STYLES = ("minimal", "rugged", "premium", "playful", "natural")

QUALIFIERS = {
    "minimal": ("Plain", "Slim", "Mono", "Quiet", "Essential"),
    "rugged": ("Trail", "Tough", "Field", "Storm", "Iron"),
    "premium": ("Reserve", "Signature", "Atelier", "Grand", "Heritage"),
    "playful": ("Pop", "Bright", "Happy", "Confetti", "Jolly"),
    "natural": ("Meadow", "Forest", "Linen", "Clay", "Green"),
}

FEATURES = {
    "minimal": ("clean lines", "nothing you do not need", "a matt finish", "one button and no menu"),
    "rugged": ("reinforced seams", "made to be dropped", "rain will not stop it", "a ten-year guarantee"),
    "premium": ("finished by hand", "a gift box included", "polished details", "numbered pieces"),
    "playful": ("six bold colours", "a surprise inside", "a grin in every corner", "made for sharing"),
    "natural": ("undyed fibres", "recycled packaging", "plant-based materials", "repairable for life"),
}

# Category: (items, median price, brands, products, what it is for).
CATEGORIES = {
    "Coffee & Tea": (
        70,
        18.0,
        ("Kaldi Row", "Northleaf", "Brass Kettle", "Mokari", "Samova Lane"),
        ("Espresso Beans", "Pour-Over Set", "Loose Leaf Tin", "Milk Frother", "Burr Grinder", "Tea Pot"),
        ("for slow mornings", "for a better second cup", "for the office kitchen"),
    ),
    "Kitchen": (
        90,
        34.0,
        ("Oakspoon", "Ferro", "Pantry & Pine", "Saltwell", "Cucina Nove"),
        ("Chef's Knife", "Cast-Iron Pan", "Mixing Bowl", "Cutting Board", "Spice Rack", "Stock Pot"),
        ("for weeknight dinners", "for big Sunday tables", "for small kitchens"),
    ),
    "Outdoor": (
        80,
        62.0,
        ("Ridgeway", "Tarnholt", "Alpenroute", "Campwright", "Borealis Gear"),
        ("Day Pack", "Two-Person Tent", "Head Torch", "Rain Shell", "Camp Stove", "Trekking Poles"),
        ("for weekend hikes", "for wet spring camps", "for the first night out"),
    ),
    "Running": (
        70,
        55.0,
        ("Veloce", "Kilo", "Stride Union", "Fleetfoot", "Tempo Nine"),
        ("Road Shoes", "Running Vest", "Split Shorts", "Sports Watch", "Recovery Roller", "Race Belt"),
        ("for the first ten kilometres", "for easy miles", "for race day"),
    ),
    "Books": (
        100,
        15.0,
        ("Harbour Press", "Paper Lantern", "Ninth Floor", "Quillstone", "Little Owl"),
        ("Crime Novel", "Travel Atlas", "Cookbook", "Poetry Reader", "City History", "Picture Book"),
        ("for long train rides", "for a rainy weekend", "for the bedside"),
    ),
    "Audio": (
        60,
        89.0,
        ("Tonmeister", "Lowend", "Clarion Bay", "Hushwave", "Echo & Sons"),
        ("Over-Ear Headphones", "Bookshelf Speaker", "Turntable", "Earbuds", "Radio", "Field Recorder"),
        ("for whole albums", "for noisy commutes", "for the living room"),
    ),
    "Home Office": (
        70,
        48.0,
        ("Deskhaus", "Lumen", "Gridline", "Paperweight", "Upright"),
        ("Desk Lamp", "Laptop Stand", "Notebook Set", "Desk Mat", "Task Chair", "Cable Tray"),
        ("for long writing days", "for shared tables", "for calls all afternoon"),
    ),
    "Garden": (
        60,
        26.0,
        ("Rootwell", "Bloomfield", "Trowel & Twine", "Verdant", "Hedgerow"),
        ("Hand Trowel", "Seed Collection", "Planter", "Watering Can", "Bird Feeder", "Pruning Shears"),
        ("for balconies", "for the first warm week", "for patient gardeners"),
    ),
}
