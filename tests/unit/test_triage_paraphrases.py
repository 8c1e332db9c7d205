"""Emergencies in words the guardrails were not written from, and everyday talk that must not page anyone."""

from pathlib import Path

import pytest

from server.conversation.triage import triage
from server.persona.loading import load_pack
from server.persona.pack import Pack
from server.vocabulary.findings import Tier

KIND = "unit"

EMERGENCIES = """My chest feels like it's in a vice
got a pain right across here in my chest
I have this pressure, like a weight, on my breast bone
my left arm aches and I feel sick
there's a squeezing in my chest when I walk
it feels tight in here, my chest I mean
my chest has been bothering me since supper
kind of a burning in the chest
a dull ache under my ribs on the left side of my chest
my ticker hurts
I am sweating and my jaw hurts
I keep having pains in my chest
chest is hurting
chest pain
yes my chest hurts
it's like someone is sitting on my chest
I can barely breathe
breathing is hard
I'm gasping for air
can't hardly get a breath
I'm having trouble catching my breath
I get so short of breath I can't talk
my breath is short
I'm struggling to breathe lying here
It's hard for me to breathe
I can't seem to breathe right
one side of my face is drooping
my words are slurred
my right hand went numb all of a sudden
I couldn't lift my arm this morning
my left side is weak
I can't see out of my left eye
I have the worst headache of my life
my mouth is crooked
my speech is funny today
my leg won't move
I fainted in the bathroom
I blacked out for a second
I almost passed out when I got up
I collapsed
I'm bleeding and it won't stop
there's blood all over the bed
I'm throwing up blood
I coughed up some blood
the bleeding won't quit
blood is gushing out
my tongue is swelling
my throat feels tight like it's closing up
my lips are swelling up
I want to end my life
I'm going to kill myself
I'm thinking of suicide
I don't want to be here anymore I have pills
I'm going to take all my pills and not wake up
I've been thinking about killing myself
everyone would be better off without me
I took the whole bottle of pills
I took way too many pills
I fell and hit my head and I take Eliquis
I banged my head on the door I'm on coumadin
my stitches came apart
the wound split open
my incision opened up
I can see inside the cut
I don't know where I am
she's very confused today
he is not making any sense
I feel very confused
my husband says I'm not making sense
he won't wake up
she is unresponsive
I got this awful squeezing right behind my breastbone
feels like a truck parked on me
it's pressing down on my chest real hard
the pain shoots from my chest to my back
my chest aches when I climb the stairs
I been having chest pains off and on since supper
that pain in my chest is back again
my heart feels like it's being squeezed
something's not right in my chest
got a bad pain in my chest, doc
I can't seem to get enough air
I have to sit up to breathe
I'm huffing and puffing just sitting
I feel like I'm drowning
I wake up and can't breathe
my breath won't come
I can hardly talk I'm so out of breath
my breathing's bad
half my face is droopy
my husband says my face looks crooked
I can't get my words out
I'm seeing double all of a sudden
my left hand won't work
my arm just went limp
everything went black and I was on the floor
I passed right out
I keeled over in the shower
there's blood pouring out of my cut
my nose won't stop bleeding
I threw up and there was blood in it
it's bleeding through the bandage and won't quit
my throat is swelling shut
my face is all puffed up and I have hives
I've been thinking of ending it
I don't see any reason to go on, I've got the pills right here
I want to shoot myself
I don't deserve to live, I'm going to hang myself
I swallowed all of my sleeping pills
I took twenty of my heart pills
my wound is gaping open
my staples popped open
I slipped and whacked my head, I'm on blood thinners
I don't know what year it is
mom is acting really confused
he's not making any sense at all
he's turning blue
she's not breathing right
I'm having a stroke
call an ambulance
I need help right now
I've got a heavy feeling here over my heart
my chest is so sore and tight I can't lie down
it's like a belt pulling across my chest
I have a gripping pain up here, in the chest and the jaw
I got a catch in my chest that won't let go
every breath is a fight
I run out of air when I talk
I can't breathe lying down or sitting
my lips look kind of purple
my face went crooked at breakfast
I woke up and my right arm was dead
I couldn't speak for a minute
I lost the sight in my right eye
I got up and next thing I know I'm on the floor
I nearly blacked out getting up
I'm coughing up bright red blood
there is blood in my vomit
the cut is bleeding a lot and it's soaking through
my tongue feels thick and swollen
I took a bunch of pills to end it
I just want to go to sleep and never wake up, I have the pills ready
I'm going to end it tonight
I fell in the tub, hit my head, and I'm on Xarelto
my belly cut has opened and something is poking out
she doesn't know who I am
he's acting real confused and sleepy
my sugar is forty five and I feel awful
I feel like I'm going to pass out
my heart's pounding and I can't breathe
somebody call 911
""".strip().splitlines()

EVERYDAY = """I'm fine
no chest pain today
no I don't have any trouble breathing
I slept well
my knee hurts
I had a heart attack in 2015
no bleeding no
my back aches a little
I'm tired
I had chest pain when I was in the hospital
my wife had a stroke years ago
I was short of breath before the surgery
I'm not dizzy
I take my heart pills every morning
my blood pressure is good
I ate some toast
I walk to the mailbox every day
my daughter drives me
I read a book about heart attacks
no numbness no weakness
I haven't fallen
I don't feel confused
nothing hurts
my breathing is better
it's better than it was
I can't complain
I can't find my glasses
I fell asleep in front of the TV
the nurse told me to call if I had chest pain
they said watch for bleeding
my chest feels fine
my arm is fine
I dropped off the prescription
the doctor cut the dose in half
I have to go get the mail
it was good to see my grandkids
I'm worried about my bills
I don't have chest pain, I don't have trouble breathing
not a bit of chest pain
no pain at all
I have not passed out
the stitches come out Tuesday
my cut is healing up nice
my feet are cold at night
I sat on my heart pillow
I take care of my husband, he has trouble walking
I'm a little short on money
the air in here is dry
I can't stand the food
hold your breath
I'm breathing just fine thank you
I could eat a horse
I have a cold
the hand rail is loose
I feel pretty good today
the chest x ray was clear
no I'm breathing good
I've got a bit of a cough
I can't remember the name of it
my hand hurts from knitting
I'm a little stiff
I'm on oxygen at night like always
I had trouble sleeping
I cut my finger last month
I was scared in the hospital
they put a stent in my heart
my heart doctor is on Friday
I get my blood drawn tomorrow
I have a hard time opening the bottles
I had a nice bowel movement
I'm taking it easy
I'd like to live to a hundred
my arm is sore from the IV
the incision is dry and clean
my head is fine
I dropped ten pounds
my eyes are tired
my words with friends game is on
no fever or chills
I watched the ball game
I could use some help with the stairs
I talk to my sister every day
it's cold in my house
I have a follow up on Monday
I walked around the block without stopping
no tightness, no pressure, nothing
my heart is doing okay
the pain medicine works fine
I breathe okay at night
I haven't had any falls or anything
my stomach was upset but it passed
I take my blood thinner with supper
I'm eating and drinking fine
I was dizzy in the hospital but not since
my leg is healing
no blood in my stool
the bandage is clean and dry
I'm sad the visit was so short but I'm okay
my daughter had pneumonia last winter
I got a new phone
I keep my pills in a box
the weather is bad
I'm hungry
""".strip().splitlines()


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(__file__).parents[2] / "personas" / "post-discharge")


@pytest.mark.parametrize("words", EMERGENCIES)
def test_is_an_emergency(pack: Pack, words: str) -> None:
    hits, _ = triage(pack, words)
    assert Tier.EMERGENCY in {hit.tier for hit in hits}


@pytest.mark.parametrize("words", EVERYDAY)
def test_pages_nobody_at_once(pack: Pack, words: str) -> None:
    hits, _ = triage(pack, words)
    assert [hit.trigger for hit in hits if hit.tier.rank <= Tier.URGENT.rank] == []
