/**
 * One word a byte, none close to another in sound.
 * The order is the meaning: two consoles must say the same words, so never change it.
 */
export const fingerprintWords: readonly string[] = (
  'acorn actor album alley amber anchor angel ankle apple apron arrow atlas ' +
  'attic autumn avenue axle bacon badge bagel bakery balcony bamboo banana banjo ' +
  'barley barrel basket beacon beaver beetle bishop blanket blossom bonfire border bottle ' +
  'boulder bracelet breeze bridge bronze bucket buffalo butter button cabbage cabin cactus ' +
  'camel camera canal candle canoe canvas canyon captain caravan carbon carpet castle ' +
  'cattle cavern cedar cellar cement chapel cherry chimney cider circus citrus clover ' +
  'cobalt cobra coffee comet copper coral cotton cousin cradle crayon cricket crystal ' +
  'cupboard curtain cushion dagger daisy dancer denim desert diamond dinner doctor dolphin ' +
  'domino donkey dragon drawer eagle easel echo eclipse elbow elephant ember emerald ' +
  'engine envelope falcon farmer feather fennel ferry fiddle finger flamingo forest fossil ' +
  'fountain freckle galaxy garden garlic gazelle ginger giraffe glacier goblin gorilla granite ' +
  'gravel guitar hammer hamster harbor harvest hazel helmet heron hockey honey horizon ' +
  'hotel iceberg igloo indigo insect island ivory jacket jaguar jasmine jelly jigsaw ' +
  'jungle kayak kernel kettle kitchen kiwi koala ladder lagoon lantern laundry lemon ' +
  'leopard letter lily lizard lobster locket magnet mango maple marble market meadow ' +
  'melon mermaid meteor mirror mitten monkey mosaic muffin museum mustard napkin nectar ' +
  'needle nickel noodle nutmeg oasis ocean olive onion orange orchid otter oyster ' +
  'paddle palace panda papaya parrot pasta peanut pebble pelican pencil pepper piano ' +
  'picnic pigeon pillow pirate planet plaza pocket poppy potato pretzel pumpkin puzzle ' +
  'quartz rabbit radar radish raven ribbon river robin rocket saddle salad salmon ' +
  'sandal sapphire satin saturn sausage shadow silver spider spinach sponge squirrel sugar ' +
  'sunset tailor tango teapot '
)
  .trim()
  .split(' ');
