//! Names of mixed origin, most common first, with the Latin spelling that addresses and typists use.

/// A name as its bearer writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    /// As its bearer writes it.
    pub(crate) text: &'static str,
    /// In Latin letters, when `text` is not.
    pub(crate) latin: &'static str,
}

/// All the names there are.
#[derive(Debug)]
pub(crate) struct Names {
    /// Given names, common first.
    pub(crate) given: Vec<Name>,
    /// Family names, common first.
    pub(crate) family: Vec<Name>,
    /// Given names in other scripts or with odd signs.
    pub(crate) odd_given: Vec<Name>,
    /// Family names in other scripts.
    pub(crate) odd_family: Vec<Name>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let plain =
            |list: &'static str| list.split(',').map(str::trim).map(|text| Name { text, latin: text });
        Self {
            given: plain(GIVEN).collect(),
            family: plain(FAMILY).collect(),
            odd_given: ODD_GIVEN.iter().map(|(text, latin)| Name { text, latin }).collect(),
            odd_family: ODD_FAMILY.iter().map(|(text, latin)| Name { text, latin }).collect(),
        }
    }
}

/// A text without diacritics, in lower-case ASCII letters and digits only.
pub(crate) fn ascii(text: &str) -> String {
    unaccented(text).to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A text whose accented Latin letters are written plainly, as many typists do.
pub(crate) fn unaccented(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match PLAIN.iter().find(|(accented, _)| accented.contains(letter)) {
            Some((_, base)) => plain.push_str(base),
            None => plain.push(letter),
        }
    }
    plain
}

const PLAIN: &[(&str, &str)] = &[
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("Ä", "Ae"),
    ("Ö", "Oe"),
    ("Ü", "Ue"),
    ("ß", "ss"),
    ("æ", "ae"),
    ("Æ", "Ae"),
    ("øőòóôõō", "o"),
    ("ØŐÓ", "O"),
    ("àáâãåăąā", "a"),
    ("ÅÁÀÂ", "A"),
    ("çćč", "c"),
    ("ÇĆČ", "C"),
    ("ďđ", "d"),
    ("ĎĐ", "D"),
    ("èéêëęěė", "e"),
    ("ÉÈÊ", "E"),
    ("ğ", "g"),
    ("ìíîïıī", "i"),
    ("İÍ", "I"),
    ("ł", "l"),
    ("Ł", "L"),
    ("ñńňņ", "n"),
    ("Ñ", "N"),
    ("ř", "r"),
    ("Ř", "R"),
    ("śşšș", "s"),
    ("ŚŞŠȘ", "S"),
    ("ťț", "t"),
    ("ùúûůűū", "u"),
    ("Ú", "U"),
    ("ýÿ", "y"),
    ("źżž", "z"),
    ("ŹŻŽ", "Z"),
    ("ð", "d"),
    ("þ", "th"),
    ("Þ", "Th"),
];

const GIVEN: &str = "Anna, Thomas, Sabine, Michael, Julia, Andreas, Maria, Stefan, Laura, Christian, Petra, Peter, \
    Sarah, Daniel, Susanne, Martin, Katharina, Markus, Lena, Jan, Monika, Alexander, Lisa, Frank, Claudia, Tobias, \
    Nina, Matthias, Birgit, Sebastian, Eva, Klaus, Johanna, Florian, Karin, Philipp, Hannah, Jürgen, Melanie, Felix, \
    Martina, Lukas, Mia, Wolfgang, Emma, Bernd, Sophie, Paul, Heike, David, Marie, Uwe, Clara, Jonas, Renate, Max, \
    Leonie, Dirk, Silke, Simon, Antje, Oliver, Franziska, Jens, Ute, Patrick, Charlotte, Holger, Kerstin, Benjamin, \
    Miriam, Günter, Anja, Niklas, Christine, Ralf, Vanessa, Sven, Ingrid, Leon, Jana, Rainer, Nadine, Moritz, \
    Theresa, Helmut, Carolin, Torsten, Ida, Erik, Elisabeth, Volker, Mathilda, Jörg, Isabel, Fabian, Greta, Norbert, \
    Lea, Dominik, Barbara, Elias, Jasmin, Kai, Ella, Timo, Nora, Marcel, Amelie, Noah, Cornelia, Björn, Pia, Ben, \
    Doris, Manuel, Ronja, Henrik, Verena, Oskar, Frieda, Kurt, Gabriele, Anton, Rosa, Jakob, Svenja, Emil, Helga, \
    Ayşe, Mehmet, Fatma, Mustafa, Zeynep, Emre, Elif, Ali, Merve, Hasan, Özlem, Murat, Büşra, Yusuf, Esra, Kerem, \
    Agnieszka, Piotr, Małgorzata, Krzysztof, Ewa, Tomasz, Zofia, Paweł, Magdalena, Marek, Joanna, Łukasz, Kinga, \
    Michał, Olga, Dmitri, Natalia, Sergei, Irina, Viktor, Svetlana, Igor, Tatjana, Oleg, Oksana, Andrij, Kateryna, \
    Giulia, Marco, Francesca, Luca, Chiara, Matteo, Alessia, Giuseppe, Elena, Antonio, Paola, Salvatore, Lucía, \
    Carlos, Carmen, Javier, Inés, Pablo, Núria, Andrés, Beatriz, João, Mariana, Tiago, Conceição, Rui, Aoife, Seán, \
    Niamh, Liam, Siobhán, Emily, James, Olivia, William, Grace, Harry, Alice, George, Camille, Étienne, Chloé, Rémi, \
    Amélie, François, Zoë, Noël, Margaux, Benoît, Anaïs, Mathieu, Femke, Daan, Sanne, Bram, Lotte, Jeroen, Fenna, \
    Astrid, Søren, Freja, Magnus, Ingeborg, Åsa, Bjørn, Sigrid, Jón, Guðrún, Mikael, Kaisa, Antti, Aino, Jiří, \
    Tereza, Ondřej, Božena, Zdeněk, Zsófia, László, Réka, Gergő, Ana, Marko, Ivana, Đorđe, Mirjana, Nikola, Jelena, \
    Andreea, Ștefan, Ioana, Mihai, Eleni, Giorgos, Dimitra, Kostas, Arta, Besnik, Drita, Linh, Minh, Huong, Tuan, \
    Mei, Wei, Yuki, Kenji, Haruka, Min-jun, Seo-yeon, Priya, Arjun, Ananya, Rahul, Lakshmi, Amina, Omar, Layla, \
    Karim, Yasmin, Tariq, Samira, Hamid, Shirin, Dariush, Roya, Amara, Kwame, Abena, Chidi, Ngozi, Thabo, Aïssatou, \
    Mamadou, Fatou, Tesfaye, Hana, Ruth, Joel, Miriam-Sophie, Karl-Heinz, Hans-Peter, Anne-Marie, Eva-Maria, \
    Klaus-Dieter, Jan-Ole, Marie-Luise";

const FAMILY: &str = "Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, \
    Koch, Bauer, Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Hofmann, Hartmann, \
    Lange, Schmitt, Werner, Schmitz, Krause, Meier, Lehmann, Schmid, Schulze, Maier, Köhler, Herrmann, König, \
    Walter, Mayer, Huber, Kaiser, Fuchs, Peters, Lang, Scholz, Möller, Weiß, Jung, Hahn, Schubert, Vogel, \
    Friedrich, Keller, Günther, Frank, Berger, Winkler, Roth, Beck, Lorenz, Baumann, Franke, Albrecht, Schuster, \
    Simon, Ludwig, Böhm, Winter, Kraus, Martin, Schumacher, Krämer, Vogt, Stein, Jäger, Otto, Sommer, Groß, Seidel, \
    Heinrich, Brandt, Haas, Schreiber, Graf, Schulte, Dietrich, Ziegler, Kuhn, Kühn, Pohl, Engel, Horn, Busch, \
    Bergmann, Thomas, Voigt, Sauer, Arnold, Wolff, Pfeiffer, Beyer, Lindner, Ernst, Hübner, Kramer, Franz, Wenzel, \
    Barth, Nowak, Yılmaz, Kaya, Demir, Şahin, Çelik, Yıldız, Öztürk, Aydın, Arslan, Doğan, Kılıç, Koç, Kurt, Aslan, \
    Kowalski, Wiśniewski, Wójcik, Kamiński, Lewandowski, Zieliński, Szymański, Woźniak, Dąbrowski, Kozłowski, \
    Mazur, Piątek, Ivanov, Petrov, Smirnova, Kuznetsov, Popov, Sokolova, Shevchenko, Kovalenko, Bondarenko, \
    Tkachenko, Rossi, Russo, Ferrari, Esposito, Bianchi, Romano, Colombo, Ricci, Marino, Greco, De Luca, Conti, \
    García, Fernández, González, Rodríguez, López, Martínez, Sánchez, Pérez, Gómez, Jiménez, Silva, Santos, \
    Ferreira, Pereira, Oliveira, Gonçalves, Magalhães, Murphy, O'Brien, O'Connor, Walsh, Byrne, Smith, Jones, \
    Taylor, Brown, Wilson, Evans, Dupont, Lefèvre, Moreau, Laurent, Girard, Lemaître, Dubois, Fournier, Van Dijk, \
    De Vries, Bakker, Visser, Van den Berg, Janssen, De Boer, Hansen, Nielsen, Jørgensen, Sørensen, Larsen, Olsen, \
    Lindqvist, Bergström, Åkesson, Nyström, Virtanen, Korhonen, Mäkinen, Guðmundsdóttir, Novák, Svoboda, Dvořák, \
    Černý, Procházka, Horváth, Nagy, Szabó, Tóth, Kovács, Petrović, Jovanović, Nikolić, Horvat, Babić, Marić, \
    Popescu, Ionescu, Munteanu, Papadopoulos, Georgiou, Nikolaidis, Hoxha, Krasniqi, Gashi, Nguyen, Tran, Pham, Le, \
    Vo, Wang, Li, Zhang, Chen, Liu, Tanaka, Suzuki, Takahashi, Kim, Park, Lee, Sharma, Patel, Singh, Kumar, Gupta, \
    Iyer, Haddad, Khalil, Mansour, Nasser, Al-Hashimi, El Amrani, Benali, Rahimi, Karimi, Hosseini, Ahmadi, Mensah, \
    Owusu, Okafor, Adeyemi, Eze, Diallo, Traoré, Ndiaye, Mbeki, Bekele, Haile, Cohen, Levi, Mizrahi, Zeller, \
    Ammann, Brunner, Gruber, Steiner, Moser, Egger, Wimmer, Reiter, Lechner, Aigner, Haller, Rüegg, Zürcher, \
    Bächtold, Freudenberg, Grünwald, Kirchhoff, Lindemann, Mertens, Niemann, Overbeck, Petersen, Quandt, Reimann, \
    Stahl, Thiele, Uhlmann, Vollmer, Wiegand, Zander, von Arnim, von der Heide, zum Felde, Meyer-Landrut, \
    Schmidt-Yılmaz, Weber-Rossi, Müller-Wójcik, Hartmann-Lee";

const ODD_GIVEN: &[(&str, &str)] = &[
    ("محمد", "Mohammed"),
    ("فاطمة", "Fatima"),
    ("שרה", "Sarah"),
    ("דוד", "David"),
    ("Ольга", "Olga"),
    ("Дмитрий", "Dmitri"),
    ("Олександр", "Oleksandr"),
    ("李娜", "Li Na"),
    ("伟", "Wei"),
    ("さくら", "Sakura"),
    ("민준", "Minjun"),
    ("Ελένη", "Eleni"),
    ("อารี", "Aree"),
    ("प्रिया", "Priya"),
    ("Zoë 🌿", "Zoe"),
    ("Mia 💛", "Mia"),
    ("🧵 Lotte", "Lotte"),
    ("Jörg (Büro)", "Jörg"),
];

const ODD_FAMILY: &[(&str, &str)] = &[
    ("الهاشمي", "Al-Hashimi"),
    ("حداد", "Haddad"),
    ("כהן", "Cohen"),
    ("לוי", "Levi"),
    ("Иванова", "Ivanova"),
    ("Кузнецов", "Kuznetsov"),
    ("Шевченко", "Shevchenko"),
    ("王", "Wang"),
    ("田中", "Tanaka"),
    ("김", "Kim"),
    ("Παπαδόπουλος", "Papadopoulos"),
    ("शर्मा", "Sharma"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latin_spelling_folds_to_ascii() {
        let names = Names::new();
        assert!(names.given.len() > 250 && names.family.len() > 250);
        for name in names.given.iter().chain(&names.family).chain(&names.odd_given).chain(&names.odd_family) {
            let plain = unaccented(name.latin);
            assert!(plain.is_ascii(), "{plain}");
            assert!(!ascii(name.latin).is_empty());
        }
    }

    #[test]
    fn no_name_is_listed_twice() {
        let names = Names::new();
        for list in [&names.given, &names.family] {
            let mut texts: Vec<_> = list.iter().map(|name| name.text).collect();
            texts.sort_unstable();
            let twice: Vec<_> = texts.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(twice.is_empty(), "{twice:?}");
        }
    }
}
