# A scene with one locked feature: voice chat. It shows what the player may do, and tells them what changed.
#
# What a game takes from its login and its settings comes from the environment here: PLAYGATE_PLAYER, PLAYGATE_SERVER,
# PLAYGATE_TOKEN, PLAYGATE_FOLDER; and PLAYGATE_ADOPT, a file in which somebody puts the session that the consent flow
# ended with.
extends Node

const FRAMES = 600

var frames = 0
var voice_frames = 0
var is_shown = false
var is_on = false
var voice_chat = 0


func _ready():
	voice_chat = $Playgate.feature("voice-chat")
	if not $Playgate.open(OS.get_environment("PLAYGATE_PLAYER"), OS.get_environment("PLAYGATE_SERVER"),
			OS.get_environment("PLAYGATE_TOKEN"), OS.get_environment("PLAYGATE_FOLDER")):
		print("scene: ", $Playgate.take_news())
		get_tree().quit(1)


func _process(_delta):
	$Playgate.frame()
	var news = $Playgate.take_news()
	while news != "":
		take(news)
		news = $Playgate.take_news()
	look_for_session()

	# The game itself: one byte is read, so ask as often as you like.
	if $Playgate.is_allowed(voice_chat):
		voice_frames += 1
	show_lock()

	frames += 1
	if frames == FRAMES:
		print("scene: ", frames, " frames, ", voice_frames, " with voice chat")
		print("scene: closed ", $Playgate.close(), ", then voice chat is ", $Playgate.is_allowed(voice_chat))
		get_tree().quit()


func take(news):
	print("scene: ", news)
	if news == "notice_ready" or news == "told PLAYGATE_OK":
		var notice = $Playgate.tell_notice()
		if notice != "":
			# A game shows a dialog, and acknowledges when the player has closed it.
			print("scene: dialog ", notice.replace("\n", " "))
	elif news == "adopted PLAYGATE_OK":
		$Playgate.ask(voice_chat)
	elif news == "asked voice-chat":
		print("scene: a parent answers at ", $Playgate.challenge_url(voice_chat))


# Draws the lock only when it has changed.
func show_lock():
	var now = $Playgate.is_allowed(voice_chat)
	if is_shown and now == is_on:
		return
	is_shown = true
	is_on = now
	if now:
		print("scene: frame ", frames, ", voice chat is on")
	else:
		print("scene: frame ", frames, ", voice chat is off: ", $Playgate.text_of(voice_chat))


# The age gate and the consent flow are the studio's. Here somebody puts the session that they end with into a file.
func look_for_session():
	var path = OS.get_environment("PLAYGATE_ADOPT")
	var file = File.new()
	if path == "" or not file.file_exists(path):
		return
	file.open(path, File.READ)
	$Playgate.adopt(file.get_as_text())
	file.close()
	Directory.new().remove(path)
