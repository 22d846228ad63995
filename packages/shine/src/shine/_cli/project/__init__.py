"""What ``shine new`` makes: the files in ``template``, with their names put in."""
